"""The staff's pages, one file each: its routes and how it is filled."""
