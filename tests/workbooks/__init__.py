"""Reading and writing of workbooks."""
