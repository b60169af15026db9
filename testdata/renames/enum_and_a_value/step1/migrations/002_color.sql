ALTER TYPE colour RENAME TO color;
ALTER TYPE color RENAME VALUE 'grey' TO 'gray';
