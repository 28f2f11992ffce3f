"""What goes on around the staff's inbox without anybody looking at it."""
