"""Views: what people see of decisions, releases and the service, as plain data without any layout."""
