CREATE TABLE rating (customer int, stars stars, given timestamp DEFAULT now_utc());
