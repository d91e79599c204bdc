"""Mail archives as the world writes them: mbox, Maildir, single mails, folders of them, packed or not.

One message is in memory at a time, and of it the header and the beginning of the body only.
"""
