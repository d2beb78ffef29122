-- Rows about callers that were denied something.

INSERT INTO kind VALUES (9, 'access');
INSERT INTO action VALUES (19, 'denied');
