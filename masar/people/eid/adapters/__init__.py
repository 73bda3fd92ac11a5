"""One folder for each protocol, with a function `build(Setup) -> EidProvider`. The registry finds them."""
