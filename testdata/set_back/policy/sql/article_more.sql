ALTER POLICY writing ON article TO author, editor;
ALTER POLICY writing ON article USING (author = current_user OR NOT is_draft) WITH CHECK (is_draft);
