ALTER PUBLICATION changes ADD TABLE street;
ALTER PUBLICATION changes ADD TABLE house;
ALTER PUBLICATION changes SET (publish = 'delete');
