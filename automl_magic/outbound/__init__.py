"""outbound: the one way in which we call somebody else's server, guarded against being misused.

addresses   which addresses may be called: the internet's, and hosts that were allowed by name
destination what a URL says, read strictly
connection  a connection to the very address that was checked, with one deadline for all of it
posting     `post_json`: the call

Whoever may type a callback or a webhook could otherwise make this machine talk to its neighbours
(server-side request forgery): a database without a password, a cloud's metadata.
"""

from automl_magic.outbound.addresses import checked_addresses, resolve
from automl_magic.outbound.connection import dial
from automl_magic.outbound.posting import post_json

__all__ = ["checked_addresses", "dial", "post_json", "resolve"]
