"""A small application over several files: packages, star imports, registries, late imports."""

import shop
import shop.models.orders as orders_module
import shop.settings
from recorder import choice, sink_taint, taint
from shop import *
from shop import process as handle
from shop.models import Order, User as Person
from shop.plugins import names, registry
from shop.repository import Repository
from vendor import compat

from shop.settings import LEVEL as level_copy

sink_taint(handle(taint()))  # flow
sink_taint(shop.process("x"))  # no flow
sink_taint(exported(taint()))  # flow
try:
    sink_taint(_private(taint()))  # no flow DEAD
except NameError:
    sink_taint("no name")  # no flow

order = Order(Person(taint()), "item")
sink_taint(order.owner.name)  # flow
sink_taint(order.item)  # no flow
sink_taint(order.describe())  # flow
sink_taint(orders_module.Order(Person("x"), "i").describe())  # no flow
sink_taint(isinstance(order, shop.models.Order))  # no flow

sink_taint(registry["upper"](taint()))  # flow
sink_taint(registry["blank"](taint()))  # no flow
sink_taint(names)  # no flow

shop.settings.LEVEL = taint()
sink_taint(shop.settings.LEVEL)  # flow
sink_taint(level_copy)  # no flow
sink_taint(shop.settings.level())  # flow
shop.settings.reset()
sink_taint(shop.settings.level())  # no flow

users = Repository()
users.add("a", Person(taint()))
users.add("b", Person("clean"))
sink_taint(users.find("a").name)  # flow
sink_taint(users.find("b").name)  # no flow
sink_taint(users.find("c").name)  # no flow
others = Repository()
others.add("a", Person("clean"))
sink_taint(others.find("a").name)  # no flow
sink_taint(users["a"].name)  # flow
sink_taint([user.name for user in users])  # flow
sink_taint([user.name for user in others])  # no flow
with users.transaction() as opened:
    opened.add("b", Person(taint()))
sink_taint(users.find("b").name)  # flow

sink_taint(compat.text(taint()))  # flow
sink_taint(compat.json.loads(compat.json.dumps([taint()]))[0])  # flow
sink_taint(compat.nothing(taint()))  # no flow

shop.events.subscribe("paid", lambda value: sink_taint(value))  # flow
shop.events.subscribe("sent", lambda value: sink_taint(value))  # no flow
shop.events.publish("paid", taint())
shop.events.publish("sent", "x")
sink_taint(shop.lazy_value)  # no flow
sink_taint(shop.cycle.first(taint(), 3))  # flow
