UPDATE users SET copy = names.name FROM names WHERE names.id = users.id;
