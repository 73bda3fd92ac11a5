"""Papers that people upload: cleaned in a process of their own, kept sealed under the person's key, and read again."""
