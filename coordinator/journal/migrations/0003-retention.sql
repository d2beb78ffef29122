-- Rows that the journal's own limits led to, and no operator.

INSERT INTO cause_trigger VALUES (8, 'retention');
