"""What can be done with runs and vouchers, by stage of their life."""
