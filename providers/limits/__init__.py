"""Where rates are counted: in this process, or in Redis for all of them."""
