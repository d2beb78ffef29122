/** Whether the agent of a node reports. */
export type Presence = 'present' | 'absent' | 'never-seen';
