-- The trigger `roll-change` is called `node-change` now. Its number, and the hashes of rows with it, stay the same.

UPDATE cause_trigger SET name = 'node-change' WHERE cause_trigger = 3;
