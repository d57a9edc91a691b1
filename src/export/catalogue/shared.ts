/** Seconds. */
export const latencyBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];

/** Requests that failed. One whose client left before an answer (`none`, DC) is nobody's fault here, and never alarms. */
export const failed = { class: ['5xx'] } as const;
