ALTER TYPE order_state ADD VALUE 'draft' BEFORE 'new';
ALTER TYPE order_state ADD VALUE 'void';
