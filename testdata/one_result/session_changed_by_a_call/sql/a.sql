DO $$ BEGIN PERFORM set_config('search_path', 'other', false); END $$;
