not SQL at all
