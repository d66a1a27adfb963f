/** Which address of the service range is the cluster's DNS: the tenth, as everywhere. */
export const DNS_INDEX = 10;
