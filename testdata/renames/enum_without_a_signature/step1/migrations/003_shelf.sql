CREATE TABLE shelf (id bigint PRIMARY KEY, fits box_size, places integer CHECK (up_to(places)));
