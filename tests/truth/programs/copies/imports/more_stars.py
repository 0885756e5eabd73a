from lib import hidden as through_two_stars
