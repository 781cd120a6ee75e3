"""routes: the handlers, one module per resource. `inventory` lists them."""
