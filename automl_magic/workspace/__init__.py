"""workspace: who acts, where things are kept, and which databases hold them."""
