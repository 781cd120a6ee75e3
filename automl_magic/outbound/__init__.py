"""Calls to external servers, protected against server-side request forgery (SSRF).

addresses    allowed addresses: public ones, and those of hosts allowed by name
destination  strict parsing of URLs
connection   a connection to the checked address, with one deadline
posting      `post_json`: the call

Without these checks, users who can set a callback or webhook URL could make this machine call
internal servers, such as a database without a password or a cloud's metadata service.
"""

from automl_magic.outbound.addresses import checked_addresses, resolve
from automl_magic.outbound.connection import dial
from automl_magic.outbound.posting import post_json

__all__ = ["checked_addresses", "dial", "post_json", "resolve"]
