"""Files of applications, as portals and spreadsheets export them, read into single applications."""
