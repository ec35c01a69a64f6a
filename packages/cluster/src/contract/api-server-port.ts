/** The port at which an API server listens. What people choose as the endpoint may lead there from another one. */
export const apiServerPort = 6_443;
