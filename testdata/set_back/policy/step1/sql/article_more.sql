ALTER POLICY writing ON article TO author, editor;
