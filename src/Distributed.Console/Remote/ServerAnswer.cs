using Distributed.Api.Client;
using Distributed.Cluster;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Remote;

/// <summary>Describes a failed request to the user in one line.</summary>
internal static class ServerAnswer
{
    /// <summary>The error to show.</summary>
    /// <returns>A <see cref="UsageException"/> where the request was wrong; a <see cref="TrainingException"/> where the server cannot do it now.</returns>
    public static Exception Explain(DistributedApiException failure, Uri server) => failure switch
    {
        { Reason: ApiErrorReason.Unauthorized } => new UsageException(
            $"{server.Authority} wants an API key: set DTRAIN_API_KEY or give --api-key-file FILE ({Detail(failure) ?? "none, or an unknown one, was given"})", failure),
        { Reason: ApiErrorReason.Unreachable } when IsTls(failure) => new TrainingException(
            $"{failure.Message}; --authority FILE (or DTRAIN_AUTHORITY) names the cluster's authority.pem, and a node without certificates is reached by http://", failure),
        { Reason: ApiErrorReason.Unreachable } => new TrainingException($"{failure.Message}; is a gateway running there? --server URL names another", failure),
        { Reason: ApiErrorReason.TooMany } or { StatusCode: null or >= System.Net.HttpStatusCode.InternalServerError } => new TrainingException(failure.Message, failure),
        { StatusCode: { } status } => new UsageException(Detail(failure) ?? $"{server.Authority} refuses with status {(int)status}; is it a gateway of this program?", failure),
    };

    /// <summary>Whether the server did not prove who it is, or does not speak HTTPS.</summary>
    private static bool IsTls(Exception? e) => e is System.Security.Authentication.AuthenticationException || (e is not null && IsTls(e.InnerException));

    private static string? Detail(DistributedApiException failure) => failure.Problem?.Detail ?? failure.Problem?.Title;
}
