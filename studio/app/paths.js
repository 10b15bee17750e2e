// Addresses of the service that are asked for in more than one place.
export const ME = "studio/api/me";
export const PAGE_KEY = "key"; // where this browser keeps the key of its pages
export const PAGE_SIZE = 50;

// Rows of the list of jobs; what is empty does not filter.
export function rowsPath(filter, size = PAGE_SIZE) {
  const given = Object.entries(filter).filter(([, value]) => value);
  return `studio/api/jobs?${new URLSearchParams([...given, ["$top", String(size)]])}`;
}
