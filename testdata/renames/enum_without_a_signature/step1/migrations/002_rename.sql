ALTER TYPE size RENAME TO box_size;
