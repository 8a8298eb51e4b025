import { Problem } from '$kit/problem';

/** A wrong code or password comes as 401, whose words would be "You are not signed in": here it is what was typed that is refused. */
export function notRight(thrown: unknown): Problem {
  const problem = Problem.from(thrown);
  return problem.status === 401 ? new Problem(400, problem.body, problem.retryAfterS) : problem;
}
