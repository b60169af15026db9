ALTER VIEW cdv SET (security_barrier);
