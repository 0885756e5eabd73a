from lib import give as starred, clean as starred_clean
from more_stars import *
from limited_stars import *
