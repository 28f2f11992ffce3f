"""What keeps a sick vendor from costing callers their patience: budgets, breakers, hedging."""
