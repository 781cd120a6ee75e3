"""routes: what can be asked, one file for each resource. The table of them is `inventory`."""
