SELECT 'a\'; SET standard_conforming_strings = off; SELECT 'a\';b'; RESET standard_conforming_strings;
SELECT 'a\'; select set_config('standard_conforming_strings', 'off', false); SELECT 'it\'s;' 
