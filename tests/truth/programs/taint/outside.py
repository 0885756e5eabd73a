"""Modules that are not in view, and no summary is known of: what they are given comes out."""

import email
import email.message
import email.policy

from recorder import sink_taint, taint

letter = email.message_from_string("To: " + taint() + "\n\nHello", policy=email.policy.default)
sink_taint(str(letter.get("To")))  # flow
for key, value in letter.items():
    sink_taint(str(value))  # flow
sink_taint(letter.is_multipart())  # no flow
sink_taint(letter["To"].addresses[0].username)  # flow
find = letter.get
sink_taint(str(find("To")))  # flow
sink_taint(str(letter.get_all("To").pop()))  # flow
other = email.message_from_string("To: me\n\nHello")
sink_taint(other.get("To"))  # no flow
written = email.message.EmailMessage()
written.add_header("To", taint())
sink_taint(written.get("To"))  # flow MISSING
