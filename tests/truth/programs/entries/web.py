"""Handlers with a parameter from outside, as small services have them."""

import json
import os
import re
import shlex
from collections import namedtuple
from urllib.parse import unquote

from recorder import choice, taint

Route = namedtuple("Route", "path handler")
ALLOWED = {"up": "uptime", "df": "df -h"}


def run(command):
    os.system(command)  # flow


def run_fixed(command):
    os.system(command)  # no flow


def direct(outside):
    os.system(outside)  # flow
    os.system("ls " + outside)  # flow
    os.system(f"ls {outside}")  # flow
    os.system("ls {}".format(outside))  # flow
    os.system("ls %s" % outside)  # flow
    os.system("ls")  # no flow


def helper(outside):
    run("ls " + outside)
    run_fixed("ls")


def chosen(outside):
    command = ALLOWED.get(outside, "true")
    os.system(command)  # no flow
    os.system(ALLOWED["up"])  # no flow
    name = "df" if outside == "x" else "up"
    os.system(ALLOWED[name])  # no flow


def parsed(outside):
    body = json.loads(json.dumps({"cmd": outside, "kind": "x"}))
    os.system(body["cmd"])  # flow
    os.system(unquote(outside))  # flow
    os.system(re.sub("[^a]", "", "aaa"))  # no flow
    os.system(" ".join(shlex.split("ls -l")))  # no flow
    os.system(outside.split("/")[-1])  # flow


def numbers(outside):
    os.system("sleep " + str(len(outside)))  # no flow
    os.system("kill " + str(int(outside)))  # flow
    os.system("seq " + str(len(outside) + 1))  # no flow


class Service:
    prefix = "echo "

    def __init__(self, config):
        self.config = config
        self.history = []

    def handle(self, outside, dry=False):
        command = self.build(outside)
        self.history.append(command)
        if dry:
            command = "true"
        os.system(command)  # flow

    def build(self, text):
        return self.prefix + text

    def replay(self):
        for command in self.history:
            os.system(command)  # flow
        os.system(self.prefix)  # no flow
        os.system(self.config["shell"])  # no flow


def routed(outside):
    routes = [Route("/run", lambda v: v), Route("/no", lambda v: "no")]
    table = {route.path: route.handler for route in routes}
    os.system(table["/run"](outside))  # flow
    os.system(table["/no"](outside))  # no flow


def logged(function):
    def wrapper(outside):
        return function("pre", outside)

    return wrapper


@logged
def wrapped(first, second):
    os.system(first)  # no flow
    os.system(second)  # flow


def checked(outside):
    if outside not in ALLOWED:
        return "refused"
    return ALLOWED[outside]


def environment(outside):
    settings = dict(os.environ)
    settings["X"] = outside
    os.system(settings["X"])  # flow
    settings["X"] = "x"
    os.system(settings["X"])  # no flow


def lines(outside):
    text = "first\n" + outside + "\nlast"
    for line in text.splitlines():
        os.system(line)  # flow
    for number, _ in enumerate(text.splitlines()):
        os.system(str(number))  # no flow


def nothing(outside):
    del outside
    outside = "gone"
    os.system(outside)  # no flow


def later(outside):
    jobs = []
    jobs.append((os.system, outside))
    jobs.append((print, ""))
    function, argument = jobs[0]
    function(argument)  # flow
    return jobs


def outer(outside):
    def inner():
        os.system(outside)  # flow

    inner()


if __name__ == "__main__":
    given = taint()
    direct(given)
    helper(given)
    chosen(given)
    parsed(given)
    numbers(given)
    service = Service({"shell": "sh"})
    service.handle(given)
    service.handle(given, dry=choice())
    service.replay()
    routed(given)
    wrapped(given)
    checked(given)
    environment(given)
    lines(given)
    nothing(given)
    later(given)
    outer(given)
