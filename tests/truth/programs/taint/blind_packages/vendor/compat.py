"""What to use where something is missing."""

import sys

try:
    import simplejson_not_there as json
except ImportError:
    import json

if sys.version_info[0] == 2:

    def text(value):
        return ""
else:

    def text(value):
        return str(value)


try:
    nothing
except NameError:

    def nothing(value):
        return None
