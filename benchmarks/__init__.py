"""Speed and size against bare limits of the same run. Nothing here is imported by the house or by its tests."""
