"""Law: what all Flask edges share stands here once; nothing here knows a resource, a table or a rule of the domain."""
