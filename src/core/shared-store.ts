/**
 * Why the store that replicas share did not take an operation, so that the replica's own table did. A closed list: each is a label value.
 * disconnected: no connection · timeout: no answer in time · backing_off: left alone for a while after several failures · denied: user or
 * password · out_of_memory · not_primary: read-only, loading or failing over · wrong_type: the key holds what somebody else wrote ·
 * lost_race: other replicas changed the same record each time · other.
 */
export const SHARED_STORE_FAULTS = [
  "disconnected",
  "timeout",
  "backing_off",
  "denied",
  "out_of_memory",
  "not_primary",
  "wrong_type",
  "lost_race",
  "other",
] as const;
export type SharedStoreFault = (typeof SHARED_STORE_FAULTS)[number];

export class SharedStoreError extends Error {
  readonly reason: SharedStoreFault;

  constructor(reason: SharedStoreFault, message: string = reason) {
    super(message);
    this.name = "SharedStoreError";
    this.reason = reason;
  }
}
