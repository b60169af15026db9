CREATE DOMAIN small AS integer CHECK (weight(1) < 1000000);
