SELECT set_config('search_path', 'other', false), lkf();
