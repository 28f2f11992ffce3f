"""The functions a language model may call, one file each. The folder is the list."""
