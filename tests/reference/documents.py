"""An OpenDocument text and a mailbox by other makers than Simile: docutils 0.2x (rst2odt) and Python's mailbox.
usage: documents.py OUT_DIR   (python3 with docutils)"""
import email.message, mailbox, os, sys
from docutils.core import publish_string
from docutils.writers.odf_odt import Writer

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
TEXT = """\
=============
Yearly report
=============

Animals
=======

The armadillo **rolls** into a ball [1]_.

.. [1] The footnote tells of quolls.

Food
----

- ants
- beetles

Prices
======

====== =====
item   price
====== =====
saddle 120
====== =====

Grüße aus 東京.
"""
with open(os.path.join(out, "report.odt"), "wb") as file:
    file.write(publish_string(TEXT, writer=Writer(), settings_overrides={"output_encoding": "utf-8", "create_links": False}))

path = os.path.join(out, "python.mbox")
if os.path.exists(path):
    os.remove(path)
box = mailbox.mbox(path)
for number, (subject, text) in enumerate([("Über Dachse", "Badgers dig setts.\nFrom dusk on they hunt."), ("Second", "Stoats are quick.")], 1):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message.set_content(text)
    if number == 2:
        message.add_attachment("Weasels too.\n", subtype="plain", filename="weasel.txt")
    box.add(mailbox.mboxMessage(message))
box.flush()
