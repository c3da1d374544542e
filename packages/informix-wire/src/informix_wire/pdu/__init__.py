"""Messages (PDUs): one file a family, each class with both directions beside each other."""
