"""Known leaks, planted one at a time: what the tests are for, tried on the tests themselves."""
